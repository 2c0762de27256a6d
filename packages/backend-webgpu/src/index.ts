/** The WebGPU backend. */
export {};
