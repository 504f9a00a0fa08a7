"""An event file as TensorBoard's own writer has it. Usage, where tensorboard is installed: python make_event_file.py > eventFile.json"""
import io
import json

import tensorboard
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.plugins.text.plugin_data_pb2 import TextPluginData
from tensorboard.summary.writer.record_writer import RecordWriter

Value = summary_pb2.Summary.Value
shape = tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])
content = TextPluginData(version=0).SerializeToString()
plugin = summary_pb2.SummaryMetadata.PluginData(plugin_name="text", content=content)


def scalar(tag, value):
    return Value(tag=tag, simple_value=value)


def text(tag, value):
    tensor = tensor_pb2.TensorProto(dtype="DT_STRING", string_val=[value.encode()], tensor_shape=shape)
    return Value(tag=tag + "/text_summary", tensor=tensor, metadata=summary_pb2.SummaryMetadata(plugin_data=plugin))


def event(value=None, **fields):
    summary = {} if value is None else {"summary": summary_pb2.Summary(value=[value])}
    return event_pb2.Event(wall_time=1795900000.125, **fields, **summary)


events = [
    event(file_version="brain.Event:2"),
    event(step=301, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    event(text("args", '{\n  "learning_rate": 5e-05\n}')),
    event(scalar("train/loss", 0.6918412), step=500),
    event(scalar("eval/loss", float("nan")), step=4294967297),
    event(text("eval/confusion", "[[3,1],[0,4]] é" * 12), step=500),
]
file = io.BytesIO()
writer = RecordWriter(file)
for one in events:
    writer.write(one.SerializeToString())
print(json.dumps({"about": f"Written by make_event_file.py with tensorboard {tensorboard.__version__}.", "hex": file.getvalue().hex()}, indent=1))
