/** The reference backend against the suite: here, because it may not depend on this package. */
import { referenceBackend } from '@chronograd/backend-reference';
import { conformanceTests } from './vitest.ts';

conformanceTests({ backend: referenceBackend });
