import { conformanceTests } from '@chronograd/conformance/vitest';
import { describe, it } from 'vitest';
import { nativeTests } from './graph/testing/native.ts';
import { likeNewerNode } from './testing/newer-node.ts';
import { tfjsCuda } from './tfjs-cuda.ts';

likeNewerNode();

nativeTests({ describe, it }, 'the graph engine', () => {
  conformanceTests({ backend: () => tfjsCuda({ engine: 'graph' }) });

  // By default the length decides: here every loop is one, or none is.
  describe.each([
    ['unrolled', 1e9],
    ['looped', 0],
  ])('with all scans %s', (_realisation, unrollLimit) => {
    for (const filter of ['scan', 'gru'])
      conformanceTests({
        backend: () => tfjsCuda({ codegen: { unrollLimit } }),
        filter,
        quick: true,
      });
  });
});
