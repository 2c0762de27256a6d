import type { ModelSpec } from '../documents/model.ts';
import { checkWiring } from '../documents/wiring-check.ts';
import { jsonPath, SpecError, type SpecIssue } from '../issues.ts';
import { constraintFaults } from './constraint-check.ts';
import { applyLayer } from './layer-rules.ts';
import { ownerOf, sharingFaults } from './sharing.ts';
import type { LayerOutput, ResolvedLayer, ResolvedModel } from './resolved.ts';

/**
 * Infers the shapes of all layers and lists their parameters.
 *
 * @param spec a normalised model, as `parseModel` returns it
 * @throws {@link SpecError} with every layer that does not fit what it reads
 */
export function resolveModel(spec: ModelSpec): ResolvedModel {
  const issues: SpecIssue[] = [...checkWiring(spec)];
  const given = new Map<string, LayerOutput>();
  const layers: ResolvedLayer[] = [];
  const specs = new Map(spec.layers.map((layer) => [layer.name, layer]));
  for (const [index, layer] of spec.layers.entries()) {
    const inputs = layer.inputs.flatMap((reference) => given.get(reference) ?? []);
    // What reads a layer that failed cannot be judged: the fault is told once, where it is.
    if (inputs.length < layer.inputs.length) continue;
    const { outputs, parameters, faults } = applyLayer(layer, inputs, (name) => specs.get(name));
    for (const { at, ...detail } of [
      ...faults,
      ...constraintFaults(parameters, layer.type === 'timeDistributed' ? ['layer'] : []),
      ...(faults.length > 0 ? [] : sharingFaults(layer, parameters, layers)),
    ]) {
      issues.push({ found: 'nothing', ...detail, path: jsonPath(['layers', index, ...at]) });
    }
    for (const output of outputs) given.set(output.reference, output);
    const own = ownerOf(layer) === layer.name ? parameters : [];
    layers.push({ spec: layer, outputs, inputs, parameters: own });
  }
  if (issues.length > 0) throw new SpecError(`The model "${spec.name}"`, issues);
  return {
    spec,
    layers,
    inputs: layers.flatMap((layer) => (layer.spec.type === 'input' ? layer.outputs : [])),
    outputs: spec.outputs.flatMap((reference) => given.get(reference) ?? []),
    parameters: layers.flatMap((layer) => layer.parameters),
  };
}
