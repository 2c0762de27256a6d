export * from './program.ts';
export * from './initial-state.ts';
export { activate, activationLayer } from './activations.ts';
export * from './conv1d.ts';
export * from './gated-activation.ts';
export * from './layer-norm.ts';
export {
  recurrent,
  type RecurrentName,
  type RecurrentOperands,
  type RecurrentOptions,
  type RecurrentResult,
} from './recurrent-cells.ts';
export { statefulName, streamName } from './recurrent-layer.ts';
