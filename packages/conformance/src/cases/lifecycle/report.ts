/** Compile reports and capabilities: complete, and about what was compiled. */
import type { CompileReport, Executable } from '@chronograd/backend';
import { buildProgram, type Func, type Program } from '@chronograd/graph';
import { parseTraining } from '@chronograd/spec';
import type { ConformanceCase } from '../../case.ts';
import { noise, scalar } from '../../data/draw.ts';
import { startOf } from '../../data/models.ts';
import { register } from '../../data/programs.ts';
import { codedCases, type Checker, type CodedCase } from '../../kinds/coded.ts';
import { modelOf, type ModelData } from '../../kinds/document.ts';

const data: ModelData = {
  layers: [
    { type: 'input', name: 'x', shape: [5, 3] },
    { type: 'lstm', units: 4, returnSequences: true },
    { type: 'gru', units: 6 },
    { type: 'dense', name: 'y', units: 2 },
  ],
};

function training(): Program {
  return buildProgram(modelOf(data), {
    batch: 4,
    training: parseTraining({ loss: 'mse', optimizer: 'adam' }),
    entries: ['predict', 'evaluate', 'trainStep', 'stream'],
  });
}

/** Names of composites in a function, by pass. */
function compositesOf({ nodes }: Func, op: 'composite' | 'compositeGradient'): Set<string> {
  return new Set(nodes.flatMap((node) => (node.op === op ? [node.attributes.name] : [])));
}

const realisations = ['fused', 'expanded', 'unrolled', 'looped'];

function checkReport(check: Checker, report: CompileReport, id: string, program: Program): void {
  const { backend, engine, device, deviceReason, precision, entries } = report;
  check.that(`the id of the backend, ${id}`, backend === id, backend);
  for (const [what, text] of Object.entries({ engine, device, deviceReason, precision }))
    check.that(`a text for ${what}`, typeof text === 'string' && text.trim() !== '', `"${text}"`);
  const names = Object.keys(entries).sort().join(', ');
  const wanted = Object.keys(program.entries).sort().join(', ');
  check.that(`the entries ${wanted}`, names === wanted, names);
  for (const [name, { nodes, compileMilliseconds, parts }] of Object.entries(entries)) {
    check.that(`${name}: nodes`, Number.isInteger(nodes) && nodes >= 0, `${nodes}`);
    const time = Number.isFinite(compileMilliseconds) && compileMilliseconds >= 0;
    check.that(`${name}: a time`, time, `${compileMilliseconds}`);
    for (const { name: part, pass, realisation, reason, count } of parts) {
      const what = `${name}, ${part} ${pass}`;
      check.that(`${what}: a name and a reason`, part !== '' && reason.trim() !== '', reason);
      check.that(`${what}: a pass`, pass === 'forward' || pass === 'backward', pass);
      const known = realisations.includes(realisation);
      check.that(`${what}: ${realisations.join(', ')}`, known, realisation);
      check.that(`${what}: a count`, Number.isInteger(count) && count > 0, `${count}`);
    }
  }
}

async function runAll(executable: Executable): Promise<void> {
  const [x, targets] = [noise([4, 5, 3], 81), noise([4, 2], 82)];
  await executable.run('predict', { x });
  await executable.run('evaluate', { x, targets });
  await executable.run('trainStep', { x, targets, learningRate: scalar(0.1) });
  await executable.run('stream', { x: noise([4, 3], 83) });
}

const cases: readonly CodedCase[] = [
  {
    name: 'names backend, engine, device with its reason, precision, and every entry',
    async run(subject, check) {
      const program = training();
      const executable = await subject.compile(program);
      checkReport(check, executable.report, subject.backend.id, program);
      await executable.writeState(startOf(program, modelOf(data), data, 'report'));
      await runAll(executable);
      checkReport(check, executable.report, subject.backend.id, program);
      for (const [name, { nodes }] of Object.entries(executable.report.entries))
        check.that(`${name}: is made of something`, nodes > 0, `${nodes} nodes`);
    },
  },
  {
    name: 'says of every composite what became of it',
    async run(subject, check) {
      const program = training();
      const { entries } = (await subject.compile(program)).report;
      for (const [name, { func }] of Object.entries(program.entries)) {
        const said = new Set(entries[name]?.parts.map((part) => `${part.name} ${part.pass}`));
        for (const composite of compositesOf(func, 'composite'))
          check.that(
            `${name}: the part ${composite} forward`,
            said.has(`${composite} forward`),
            [...said].join(', '),
          );
        for (const composite of compositesOf(func, 'compositeGradient'))
          check.that(
            `${name}: the part ${composite} backward`,
            said.has(`${composite} backward`),
            [...said].join(', '),
          );
      }
    },
  },
  {
    name: 'a program of two small entries, compiled by itself and to share',
    async run(subject, check) {
      const first = await subject.compile(register());
      checkReport(check, first.report, subject.backend.id, register());
      const second = await subject.compile(register(), { shareStateWith: first });
      checkReport(check, second.report, subject.backend.id, register());
    },
  },
  {
    name: 'claims only what reports bear out',
    async run(subject, check) {
      const { composites, dtypes, tolerance, severalStepsPerCall } = subject.backend.capabilities();
      check.that('float32 among the element types', dtypes.includes('float32'), dtypes.join());
      check.that('a tolerance from 0 to 1', tolerance >= 0 && tolerance < 1, `${tolerance}`);
      check.that('whether it takes several steps', typeof severalStepsPerCall === 'boolean');
      const { entries } = (await subject.compile(training())).report;
      for (const { parts } of Object.values(entries))
        for (const { name, pass, realisation } of parts)
          if (realisation === 'fused')
            check.that(
              `${name} ${pass}, which is fused, among the capabilities`,
              composites[name]?.[pass] === true,
              Object.keys(composites).join(', '),
            );
    },
  },
];

/** Cases of reports. */
export const reportCases: readonly ConformanceCase[] = codedCases(
  { group: 'lifecycle', subject: 'reports' },
  cases,
);
