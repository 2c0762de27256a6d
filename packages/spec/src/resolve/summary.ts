import { shapeText } from './layer-result.ts';
import { receptiveField } from './receptive-field.ts';
import { countEntries, countParameters } from './parameters.ts';
import { ownerOf } from './sharing.ts';
import type { ResolvedLayer, ResolvedModel } from './resolved.ts';

/**
 * A table of the layers: name, type, shapes of the outputs without the batch, parameters, and,
 * where the layers are no plain chain, what each reads. Below it the outputs and the total.
 */
export function summary(model: ResolvedModel): string {
  const chain = isChain(model.layers);
  const header = ['layer', 'type', 'output', 'parameters', ...(chain ? [] : ['reads'])];
  const rows = model.layers.map((layer) => [
    layer.spec.name,
    layer.spec.type,
    layer.outputs.map((output) => shapeText(output.shape)).join(' '),
    ownerOf(layer.spec) === layer.spec.name
      ? grouped(countEntries(layer.parameters))
      : `of ${ownerOf(layer.spec)}`,
    ...(chain ? [] : [layer.spec.inputs.join(', ')]),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [
    `Model "${model.spec.name}"`,
    line(header, widths),
    rule,
    ...rows.map((row) => line(row, widths)),
    rule,
    `outputs: ${model.outputs.map((output) => output.reference).join(', ')}`,
    `parameters: ${grouped(countParameters(model))}${untrained(model)}`,
    ...receptiveLine(model),
  ].join('\n');
}

/** The line that says how far back an output of convolutions sees; none where it sees one step. */
function receptiveLine(model: ResolvedModel): string[] {
  const steps = receptiveField(model);
  return steps !== undefined && steps > 1 ? [`receptive field: ${grouped(steps)} steps`] : [];
}

/** ` (6 of them not trained)`, where there are some. */
function untrained(model: ResolvedModel): string {
  const kept = countEntries(model.parameters.filter(({ trainable }) => trainable === false));
  return kept === 0 ? '' : ` (${grouped(kept)} of them not trained)`;
}

const parameterColumn = 3;

function line(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === parameterColumn ? cell.padStart(width) : cell.padEnd(width);
    })
    .join('  ')
    .trimEnd();
}

/** Whether each layer reads the one before it and nothing else. */
function isChain(layers: readonly ResolvedLayer[]): boolean {
  return layers.every(({ spec }, index) => {
    const before = layers[index - 1]?.spec.name;
    return before === undefined
      ? spec.inputs.length === 0
      : spec.inputs.length === 1 && spec.inputs[0] === before;
  });
}

/** `12,345`, whatever the locale of the machine. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
