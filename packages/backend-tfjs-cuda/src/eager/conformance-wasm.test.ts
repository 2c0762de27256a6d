import '@tensorflow/tfjs-backend-wasm';
import { conformanceTests } from '@chronograd/conformance/vitest';
import { tfjsEager } from './backend.ts';

// Its package finds its own .wasm files in Node; a browser wants setWasmPaths.
conformanceTests({ backend: () => tfjsEager({ tfBackend: 'wasm' }), quick: true });
