import type { Context } from '../src/kernel/context.js';
import type { Loaders } from './loaders.js';

/**
 * What every resolver receives: who is asking, and the DataLoaders of this one request. A loader must not outlive its
 * request, because its cache was filled with what that caller may see.
 */
export interface GraphqlContext {
  readonly context: Context;
  readonly loaders: Loaders;
}
