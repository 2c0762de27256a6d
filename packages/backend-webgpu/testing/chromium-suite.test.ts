import { chromiumTests } from './chromium-suite.ts';

// Shows that it is the browser which is at fault where the backend's own run there fails.
chromiumTests({
  imports: "import { referenceBackend } from '@chronograd/backend-reference';",
  backend: 'referenceBackend()',
  filter: 'layers/',
});
