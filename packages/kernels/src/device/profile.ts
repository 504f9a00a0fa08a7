/** Types and fragment shape of one subgroup matrix multiplication that the adapter offers. */
export interface SubgroupMatrixConfig {
  /** Type of the operands: `f32`, `f16`, … */
  readonly componentType: string;
  /** Type of the sums. */
  readonly resultComponentType: string;
  /** Rows of the result. */
  readonly m: number;
  /** Columns of the result. */
  readonly n: number;
  /** Columns of the first operand, which are rows of the second. */
  readonly k: number;
}

/** What fragments are loaded from in workgroup memory: `vec4u`, eight halves each, or `f16`. */
export type SubgroupMatrixTiles = 'words' | 'halves';

export type SubgroupMatrixSpelling = 'majorness' | 'flag';

/** How shaders see f16 arrays: as `f16`, or packed, two to a 32-bit word. */
export type HalfStorage = 'native' | 'packed';

/** What kernels choose their variants by. */
export interface DeviceProfile {
  /**
   * Runs on the CPU: variants without workgroup memory and barriers are chosen, with registers and
   * subgroup broadcasts instead.
   */
  readonly software: boolean;
  /** Major version of Mesa where it is the driver of a software adapter, else 0. */
  readonly mesaVersion: number;
  /** Whether shaders may `enable f16`. */
  readonly f16: boolean;
  /**
   * How shaders see f16 arrays: as `f16`, or packed, two to a 32-bit word, which every adapter can
   * do. The bytes in memory are the same.
   */
  readonly f16Storage: HalfStorage;
  /** Whether shaders may `enable subgroups`. */
  readonly subgroups: boolean;
  /**
   * Lanes of a subgroup where the adapter has one fixed size; 0 where it varies or is unknown, and
   * where shaders have no subgroups.
   */
  readonly subgroupSize: number;
  /**
   * Lanes that programs for matrix units ask for where sizes vary and a program may ask: the
   * smallest size, in which the units of AMD's and Intel's cards work. Otherwise 0.
   */
  readonly askedSubgroupSize: number;
  /** Products that the matrix units can compute; empty where shaders have no access to any. */
  readonly subgroupMatrix: readonly SubgroupMatrixConfig[];
  /**
   * How this WebGPU spells loads and stores of subgroup matrices: `subgroupMatrixLoad<T,
   * row_major>(…)`, or with a flag in older browsers.
   */
  readonly subgroupMatrixSpelling: SubgroupMatrixSpelling;
  /** What kernels for matrix units load fragments from in workgroup memory. */
  readonly subgroupMatrixTiles: SubgroupMatrixTiles;
}

/** Adapter, features and limits in words and numbers, for people and for reports. */
export interface DeviceInfo {
  /** Maker of the adapter, as WebGPU says it; may be empty. */
  readonly vendor: string;
  /** Family of the adapter; may be empty. */
  readonly architecture: string;
  /** Number or name of the model; may be empty. */
  readonly device: string;
  /** The driver's own words; may be empty. */
  readonly description: string;
  /** Whether it runs on the processor. */
  readonly software: boolean;
  /** WebGPU's names of the features that were asked for and are there, sorted. */
  readonly features: readonly string[];
  /** Limits of the device by WebGPU's names: bytes and counts. */
  readonly limits: Readonly<Record<LimitName, number>>;
  /** Lanes of the smallest subgroup; 0 where it is unknown. */
  readonly subgroupMinSize: number;
  /** Lanes of the largest subgroup; 0 where it is unknown. */
  readonly subgroupMaxSize: number;
}

export const limitNames = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

export type LimitName = (typeof limitNames)[number];
