/**
 * The CloudFront path patterns that cover these routes and hardly anything else: `/me` for itself, `/me/*` for what is
 * below it. `{ route: 'GET /users/{id}' }` → `/users/*`
 */
export function apiPathPatterns(routes: readonly { readonly route: string }[]): string[] {
  const patterns = routes.map(({ route }) => {
    const [, first = '', ...rest] = route.slice(route.indexOf(' ') + 1).split('/');
    return rest.length === 0 ? `/${first}` : `/${first}/*`;
  });
  return [...new Set(patterns)];
}
