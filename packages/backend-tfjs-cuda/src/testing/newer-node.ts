/** The lack of Node 23 and later, for tests on those before. */
import util from 'node:util';

/** Takes from `util` what later Nodes have taken away, for the rest of the process. */
export function likeNewerNode(): void {
  for (const name of ['isNullOrUndefined', 'isArray']) Reflect.deleteProperty(util, name);
}
