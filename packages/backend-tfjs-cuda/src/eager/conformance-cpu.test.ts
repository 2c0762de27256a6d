import '@tensorflow/tfjs-backend-cpu';
import { conformanceTests } from '@chronograd/conformance/vitest';
import { tfjsEager } from './backend.ts';

conformanceTests({ backend: () => tfjsEager({ tfBackend: 'cpu' }) });
