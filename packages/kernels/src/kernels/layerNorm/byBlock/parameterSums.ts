import type { Gpu } from '../../../gpu.ts';
import { bytesPerElement, spanOf, viewAlignment } from '../../../memory/gpuArray.ts';
import type { GpuArray } from '../../../memory/gpuArray.ts';
import { elementAccess } from '../../../wgsl/elementAccess.ts';
import { kernelProgram } from '../../../wgsl/kernelProgram.ts';
import { wgsl as source } from './parameterSums.wgsl.ts';

/** The parts of a layer norm's weight and bias gradients that its blocks of rows computed. */
interface NormParts {
  readonly gradWeight: GpuArray;
  readonly gradBias: GpuArray;
  readonly blocks: number;
  readonly columns: number;
}

const program = 'layerNormBackward parameters sum';
const vectorsPerWorkgroup = 8;
const widthOf = (columns: number) => (columns % 4 === 0 ? 4 : 1);

/** Records the sums over the blocks of one layer norm. */
export function sumParameters(
  gpu: Gpu,
  { gradWeight, gradBias, blocks, columns }: NormParts,
  partials: GpuArray,
  accumulate: boolean,
): void {
  const width = widthOf(columns);
  const vectors = columns / width;
  gpu.dispatch({
    program: kernelProgram(program, source, { access: elementAccess(gpu, {}, {}, width), together: false }),
    parameters: { integers: [vectors, blocks, 0, accumulate ? 1 : 0] },
    reads: [partials],
    writes: [gradWeight, gradBias],
    workgroups: [Math.ceil(vectors / vectorsPerWorkgroup), 2, 1],
    work: { bytes: 8 * blocks * columns },
  });
}

/** At most this many layer norms are summed together: each keeps memory for its parts. */
const mostNorms = 9;
const alignedElements = viewAlignment / bytesPerElement.f32;

/**
 * Collects the sums over blocks of several layer norms for one dispatch at the end of a backward
 * pass, where the gradients of weights and biases are read. `layerNormBackward` adds to it, on
 * adapters whose variant can; `flush()` records the rest.
 */
export class LayerNormSums {
  readonly #gpu: Gpu;
  #waiting: NormParts[] = [];
  #partials: GpuArray | null = null;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /**
   * Memory for the parts of one more layer norm, which `flush` adds to its gradients; null where
   * the gradients of weight and bias lie in two buffers.
   */
  add(parts: NormParts): GpuArray | null {
    if (parts.gradWeight.storage !== parts.gradBias.storage) return null;
    if (!this.#fits(parts)) this.flush();
    const length = Math.ceil((2 * parts.blocks * parts.columns) / alignedElements) * alignedElements;
    this.#partials ??= this.#gpu.allocate('f32', mostNorms * length, 'parts of gradients of layer norms');
    this.#waiting.push(parts);
    return this.#partials.view((this.#waiting.length - 1) * length, length);
  }

  /** Records the sums of all layer norms that were added. */
  flush(): void {
    const [first] = this.#waiting;
    const partials = this.#partials;
    if (!first || !partials) return;
    const { blocks, columns } = first;
    const width = widthOf(columns);
    const vectors = columns / width;
    const arrays = this.#waiting.flatMap(({ gradWeight, gradBias }) => [gradWeight, gradBias]);
    const gradients = spanOf(arrays);
    const vectorBytes = width * bytesPerElement.f32;
    const offsets = arrays.map(({ byteOffset }) => (byteOffset - gradients.byteOffset) / vectorBytes);
    this.#gpu.dispatch({
      program: kernelProgram(program, source, { access: elementAccess(this.#gpu, {}, {}, width), together: true }),
      parameters: { integers: [vectors, blocks, partials.length / mostNorms / width, 1, ...offsets] },
      reads: [partials],
      writes: [gradients],
      workgroups: [Math.ceil(vectors / vectorsPerWorkgroup), arrays.length, 1],
      work: { bytes: 8 * blocks * columns * this.#waiting.length },
    });
    this.#gpu.release(partials);
    this.#partials = null;
    this.#waiting = [];
  }

  /**
   * Whether one dispatch can sum these together with the pending ones: of one size, and in one
   * buffer.
   */
  #fits({ gradWeight, gradBias, blocks, columns }: NormParts): boolean {
    const [first] = this.#waiting;
    if (!first) return true;
    const targets = this.#waiting.flatMap((parts) => [parts.gradWeight, parts.gradBias]);
    return (
      this.#waiting.length < mostNorms &&
      first.blocks === blocks &&
      first.columns === columns &&
      [gradWeight, gradBias].every(
        ({ storage, byteOffset }) =>
          storage === first.gradWeight.storage && targets.every((target) => target.byteOffset !== byteOffset),
      )
    );
  }
}
