export { logGamma } from './log-gamma.ts';
export { meanLoss, targetType } from './losses.ts';
export { measure } from './metrics.ts';
export { clipGradients, type Clipped, type ClippingOptions } from './clipping.ts';
export * from './optimizers.ts';
export { constrain, penalty } from './regularizers.ts';
