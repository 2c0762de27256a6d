import { createRequire } from 'node:module';
import { BackendError } from '@chronograd/backend';
import { conformanceTests } from '@chronograd/conformance/vitest';
import { describe, it } from 'vitest';
import { native, nativeTests } from '../graph/testing/native.ts';
import { likeNewerNode } from '../testing/newer-node.ts';
import { tfjsEager } from './backend.ts';

// tfjs-node's JavaScript calls functions that later Nodes lack.
likeNewerNode();

nativeTests({ describe, it }, 'the eager engine on TensorFlow', () => {
  // Registers the tfjs backend `tensorflow`, as an application does by importing it.
  if (!(native instanceof BackendError)) createRequire(import.meta.url)(native.folder);
  conformanceTests({ backend: () => tfjsEager({ tfBackend: 'tensorflow' }), quick: true });
});
