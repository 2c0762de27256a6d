export * from './program.ts';
export * from './initial-state.ts';
export { isSequenceInput } from './forward.ts';
export { SAMPLE, type GenerateOptions } from './generate.ts';
export type { Distribution } from './sampling.ts';
export { activate, activationLayer, activationOf, activationOption } from './activations.ts';
export * from './conv1d.ts';
export * from './gated-activation.ts';
export * from './layer-norm.ts';
export {
  recurrent,
  type RecurrentOperands,
  type RecurrentOptions,
  type RecurrentResult,
} from './recurrent.ts';
export type { RecurrentName } from './recurrent-cells.ts';
export { sizedStates, statefulName, streamName } from './recurrent-layer.ts';
