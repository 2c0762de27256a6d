/** A backend's compile report in the words of the benchmark's protocol. */
import type { CompileReport } from '@chronograd/backend';
import type { Ready } from '../protocol.ts';

/**
 * Engine and version, device, and what became of the parts of an entry, e.g. `scan backward: looped`.
 * @param entry whose parts to tell; none if missing
 */
export function describeReport(
  report: CompileReport,
  entry?: string,
): Pick<Ready, 'versions' | 'notes'> {
  // WebGPU has no version.
  const [name = report.engine, version] = report.engine.split(' ');
  const parts = entry === undefined ? [] : (report.entries[entry]?.parts ?? []);
  const notes = parts.map(({ name, pass, realisation }) => `${name} ${pass}: ${realisation}`);
  return {
    versions: version === undefined ? {} : { [name]: version },
    notes: [report.device, ...new Set(notes)],
  };
}
