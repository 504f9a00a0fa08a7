// A row for each invocation, without barriers: for adapters that run on the CPU.

const rowThreads = 1u;

fn rowOf(workgroup: u32, thread: u32) -> u32 { return workgroup * 16 + thread; }
fn firstGroupOf(thread: u32) -> u32 { return 0; }
fn rowTotal(value: f32, thread: u32) -> f32 { return value; }
