/** Cases of goldens: the same programs on the backend under test, in float32. */
import type { ConformanceCase, Group } from '../case.ts';
import { goldens } from '../goldens/index.ts';
import { checkScript, dtypesOf } from './script.ts';

/** The cases that goldens make in a group of the suite. */
export function goldenCases(group: Group): ConformanceCase[] {
  return goldens
    .filter(({ row, only64 }) => row.group === group && only64 === undefined)
    .map((golden) => ({
      name: `${group}/${golden.row.subject}/Keras: ${golden.name}`,
      row: golden.row,
      quick: true,
      needs: {
        get dtypes() {
          return dtypesOf(golden.build().script.program);
        },
      },
      async run(subject) {
        const { script, expected, labels } = golden.build();
        return { measurements: await checkScript(subject, script, expected, labels) };
      },
    }));
}
