/** Runs the kernel of one scan without the rest of the backend, for its tests. */
import { sizeOf, type ConstantArray, type PrimitiveNode, type TensorType } from '@chronograd/graph';
import type { Place } from '../buffers.ts';
import type { ScanKernel } from '../kernel.ts';

type Scan = PrimitiveNode<'scan'>;

/** An input of a scan, in double precision where it is float32. */
export interface ScanInput extends TensorType {
  readonly data: ConstantArray;
}

/** A kernel with its buffers, ready to run. */
export interface BoundScan {
  /** Runs the kernel and waits for its end. */
  run(): Promise<void>;
  /** The outputs of the last run. */
  read(): Promise<Float64Array[]>;
}

/**
 * Puts a scan's inputs into buffers.
 * @throws where the device refuses the kernel, or reports an error
 */
export async function bindScan(
  device: GPUDevice,
  { kernel, scan, types }: { kernel: ScanKernel; scan: Scan; types: readonly TensorType[] },
  inputs: readonly ScanInput[],
): Promise<BoundScan> {
  const { placement, code } = kernel;
  const outputs = scan.outputs.map((id) => types[id] as TensorType);
  const ends = placement.buffers.map(() => 4);
  const grow = ({ buffer, offset }: Place, { shape }: { shape: readonly number[] }): void => {
    ends[buffer] = Math.max(ends[buffer] as number, 4 * (offset + sizeOf(shape)));
  };
  placement.inputs.forEach((place, i) => grow(place, inputs[i] as ScanInput));
  placement.outputs.forEach((place, i) => grow(place, outputs[i] as TensorType));
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  device.pushErrorScope('validation');
  const buffers = ends.map((size) => device.createBuffer({ size, usage }));
  placement.inputs.forEach(({ buffer, offset }, i) =>
    device.queue.writeBuffer(
      buffers[buffer] as GPUBuffer,
      4 * offset,
      wordsOf(inputs[i] as ScanInput),
    ),
  );
  const pipeline = await device.createComputePipelineAsync({
    layout: 'auto',
    compute: { module: device.createShaderModule({ code }), entryPoint: kernel.entryPoint },
  });
  const used = placement.buffers.flatMap((_, binding) =>
    new RegExp(`buffer${binding}\\[`).test(code) ? [binding] : [],
  );
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: used.map((binding) => ({
      binding,
      resource: { buffer: buffers[binding] as GPUBuffer },
    })),
  });
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  return {
    async run() {
      device.pushErrorScope('validation');
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(kernel.workgroups);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      const found = await device.popErrorScope();
      if (found) throw new Error(found.message);
    },
    async read() {
      const all = await Promise.all(buffers.map((buffer) => readBuffer(device, buffer)));
      return placement.outputs.map(({ buffer, offset }, i) => {
        const { dtype, shape } = outputs[i] as TensorType;
        const bytes = all[buffer] as ArrayBuffer;
        const count = sizeOf(shape);
        if (dtype === 'float32')
          return Float64Array.from(new Float32Array(bytes, 4 * offset, count));
        if (dtype === 'int32') return Float64Array.from(new Int32Array(bytes, 4 * offset, count));
        return Float64Array.from(new Uint32Array(bytes, 4 * offset, count));
      });
    },
  };
}

function wordsOf({ dtype, data }: ScanInput): Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  return dtype === 'float32' ? Float32Array.from(data) : Uint32Array.from(data);
}

async function readBuffer(device: GPUDevice, buffer: GPUBuffer): Promise<ArrayBuffer> {
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const copy = device.createBuffer({ size: buffer.size, usage });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, copy, 0, buffer.size);
  device.queue.submit([encoder.finish()]);
  await copy.mapAsync(GPUMapMode.READ);
  const bytes = copy.getMappedRange().slice(0);
  copy.destroy();
  return bytes;
}
