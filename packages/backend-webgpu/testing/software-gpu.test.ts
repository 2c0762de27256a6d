import { afterAll, describe, expect, it } from 'vitest';
import { softwareGpu } from './software-gpu.ts';

const gpu = await softwareGpu();
const device = await (await gpu.requestAdapter())?.requestDevice();

afterAll(() => {
  device?.destroy();
});

describe('softwareGpu', () => {
  it('is the same for all of a process', async () => {
    expect(await softwareGpu()).toBe(gpu);
    expect(Reflect.get(globalThis, 'navigator')).toHaveProperty('gpu', gpu);
  });

  it("computes, within WebGPU's default limits", async () => {
    if (!device) throw new Error('expected a device');
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16384);
    const module = device.createShaderModule({
      code: `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
        @compute @workgroup_size(4) fn main(@builtin(global_invocation_id) id: vec3u) {
          x[id.x] = 2.5 * x[id.x] - f32(id.x);
        }`,
    });
    const pipeline = await device.createComputePipelineAsync({
      layout: 'auto',
      compute: { module, entryPoint: 'main' },
    });
    const { COPY_DST, COPY_SRC, MAP_READ, STORAGE } = GPUBufferUsage;
    const buffer = device.createBuffer({ size: 16, usage: STORAGE | COPY_DST | COPY_SRC });
    const read = device.createBuffer({ size: 16, usage: MAP_READ | COPY_DST });
    device.queue.writeBuffer(buffer, 0, new Float32Array([1, -2, 3, 0.5]));
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const entries = [{ binding: 0, resource: { buffer } }];
    pass.setBindGroup(
      0,
      device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }),
    );
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(buffer, 0, read, 0, 16);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    expect([...new Float32Array(read.getMappedRange())]).toEqual([2.5, -6, 5.5, -1.75]);
  });
});
