import type { FastifyInstance } from 'fastify';

/** Every route an app has, as `METHOD /path`, read from its own router. */
export function routesOf(app: FastifyInstance): string[] {
  const parents: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split('\n')
    .flatMap((line) => {
      const found = /^([│ ]*)[├└]── (\S+)(?: \(([A-Z, ]+)\))?$/.exec(line);
      if (!found) return [];
      const [, indent = '', segment = '', methods = ''] = found;
      const depth = indent.length / 4;
      parents.splice(depth, Number.POSITIVE_INFINITY, segment);
      const path = parents.join('');
      return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
    });
}

const DISCOVERY = /^\w+ \/(ServiceProviderConfig|Schemas|ResourceTypes|openapi\.json)(\/|$)/;

/** The SCIM routes that need a credential, below the base URL: `PATCH /Users/:id`; the base URL itself is `GET /`. */
export const scimRoutesOf = (app: FastifyInstance): string[] =>
  routesOf(app)
    .filter((route) => / \/scim\/v2(\/|$)/.test(route))
    .map((route) => route.replace(/ \/scim\/v2\/?/, ' /'))
    .filter((route) => !DISCOVERY.test(route));

/** The one rule for routes that read nothing of a request but its credential, because they refuse every one: 501. */
export const isNeverServed = (route: string): boolean => route.endsWith(' /Me');

/** Routes without an operation of their own: searches, and the operations of other routes in one request. */
export const isAnotherForm = (route: string): boolean => / (\/|\/Bulk|\S*\/\.search)$/.test(route);
