/** Keys that layers of several families have. */
import { array } from '../codec/compounds.ts';
import { boolean, positiveInteger } from '../codec/leaves.ts';
import { defaulted, optional, required } from '../codec/record.ts';
import { activationFunction } from './activations.ts';
import { initializer } from './initializers.ts';
import { layerName, reference } from './names.ts';
import { constraintOf, regularizerOf } from './regularizers.ts';

/** The name of a layer. */
export const nameField = optional(
  layerName,
  'Name of the layer, unique in the model. Without one it is the type, then type_1, type_2, …',
);

/** Keys of every layer that reads others. */
export const base = {
  name: nameField,
  inputs: optional(
    array('references', reference, { min: 1 }),
    'What the layer reads: names of layers that stand before it. Without it, the layer just before.',
  ),
};

/** What the output of a layer adds to the loss. */
export const activityFields = {
  activityRegularizer: regularizerOf('the output, divided by the batch,'),
};

/** What holds the bias of a layer. */
export const biasRules = {
  biasRegularizer: regularizerOf('the bias'),
  biasConstraint: constraintOf('the bias'),
};

/** Whose weights a layer uses. */
export const sharingFields = {
  sharedWith: optional(
    layerName,
    'Name of a layer of the same type that stands before, whose weights this one uses too: it has none of its own, and gradients of both add up.',
  ),
};

/** Keys of a layer with a kernel and a bias. */
export const weightFields = {
  useBias: defaulted(boolean, true, 'Whether a bias is added.'),
  kernelInitializer: defaulted(initializer, 'glorotUniform', 'First values of the kernel.'),
  biasInitializer: defaulted(initializer, 'zeros', 'First values of the bias.'),
  kernelRegularizer: regularizerOf('the kernel'),
  kernelConstraint: constraintOf('the kernel'),
  ...biasRules,
};

/** Keys of a layer of so many units. */
export const kernelFields = {
  units: required(positiveInteger, 'Number of units: the last dimension of the output.'),
  ...weightFields,
};

/** The activation of a layer's output. */
export const outputActivation = defaulted(
  activationFunction,
  'linear',
  'Activation of the output.',
);
