import { conformanceTests } from '@chronograd/conformance/vitest';
import { describe } from 'vitest';
import { onnxBackend } from './backend.ts';

conformanceTests({ backend: () => onnxBackend({ device: 'cpu' }) });

// By default the length decides: here every scan is a loop, or none is.
describe.each([
  ['unrolled', 1e9],
  ['looped', 0],
])('with all scans %s', (_realisation, unrollLimit) => {
  const backend = () => onnxBackend({ device: 'cpu', codegen: { unrollLimit } });
  describe.each(['scan', 'models/stacked/'])('%s', (filter) => {
    conformanceTests({ backend, filter, quick: true });
  });
});
