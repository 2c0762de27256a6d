/** Compiled kernels, by their text: equal kernels of any programs are compiled once. */
import { BackendError } from '@chronograd/backend';
import { BACKEND_ID } from './device.ts';

/** Most pipelines that are kept for programs to come. */
const MOST_KEPT = 512;

/** The pipelines of a device. */
export class Pipelines {
  readonly layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();

  constructor(private readonly device: GPUDevice) {
    const buffer = { type: 'storage' } as const;
    // Written out: a layout made of the text would lack what the text does not use.
    this.layout = device.createBindGroupLayout({
      entries: [0, 1].map((binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer })),
    });
    this.#pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [this.layout] });
  }

  /**
   * The pipeline of a kernel.
   * @throws BackendError `compile-failed` with the kernel's name and the compiler's message
   */
  async get(name: string, code: string): Promise<GPUComputePipeline> {
    const known = this.#pipelines.get(code);
    // Used last, dropped last.
    if (known) this.#pipelines.delete(code);
    const made = known ?? this.#compile(name, code);
    this.#pipelines.set(code, made);
    if (this.#pipelines.size > MOST_KEPT)
      this.#pipelines.delete(this.#pipelines.keys().next().value as string);
    try {
      return await made;
    } catch (error) {
      this.#pipelines.delete(code);
      throw error;
    }
  }

  async #compile(name: string, code: string): Promise<GPUComputePipeline> {
    const { device } = this;
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label: name, code });
    const scope = device.popErrorScope();
    const pipeline = device.createComputePipelineAsync({
      label: name,
      layout: this.#pipelineLayout,
      compute: { module, entryPoint: 'main' },
    });
    const [error, made] = await Promise.allSettled([scope, pipeline]);
    const message = error.status === 'fulfilled' ? error.value?.message : String(error.reason);
    if (message === undefined && made.status === 'fulfilled') return made.value;
    throw new BackendError('compile-failed', {
      backend: BACKEND_ID,
      subject: `kernel ${name}`,
      expected: 'a module that the device takes',
      found: message ?? String((made as PromiseRejectedResult).reason),
    });
  }
}
