import { conformanceTests } from '@chronograd/conformance/vitest';
import { describe } from 'vitest';
import { onnxBackend } from './backend.ts';

conformanceTests({ backend: () => onnxBackend({ device: 'cpu' }) });

// By default the length decides: here every loop is one, or none is.
describe.each([
  ['unrolled', 1e9],
  ['looped', 0],
])('with all scans %s', (_realisation, unrollLimit) => {
  conformanceTests({
    backend: () => onnxBackend({ device: 'cpu', codegen: { unrollLimit } }),
    filter: 'scan',
    quick: true,
  });
});
