import { describe, expect, it } from 'vitest';
import { createRouteMatcher } from './route-match.ts';

function selected(routeKeys: string[], method: string, path: string): string | undefined {
  return createRouteMatcher(routeKeys.map((routeKey) => ({ routeKey })))(method, path)?.route.routeKey;
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html#http-api-develop-routes.evaluation
describe('the route of an HTTP API', () => {
  const routes = [
    '$default',
    'ANY /{proxy+}',
    'GET /pets/{proxy+}',
    'GET /pets/dog/{id}',
    'GET /pets/dog/1',
    'ANY /pets/dog/2',
    'GET /pets/dog/2',
  ];

  it.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
    ['GET', '/pets/dog/9', 'GET /pets/dog/{id}'],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}'],
    ['POST', '/pets/cat/1', 'ANY /{proxy+}'],
    ['GET', '/pets/dog/2', 'GET /pets/dog/2'],
    ['PUT', '/pets/dog/2', 'ANY /pets/dog/2'],
    ['GET', '/', '$default'],
  ])(
    'of %s %s is %s: a full match beats a variable, a variable beats a greedy one, $default is last',
    (method, path, expected) => {
      expect(selected(routes, method, path)).toBe(expected);
      expect(selected(routes.toReversed(), method, path)).toBe(expected);
    },
  );

  it('is none when nothing matches and there is no $default', () => {
    expect(selected(['GET /pets'], 'GET', '/pets/')).toBeUndefined();
    expect(selected(['GET /pets/{id}'], 'GET', '/pets/')).toBeUndefined();
    expect(selected(['GET /pets'], 'POST', '/pets')).toBeUndefined();
    expect(selected(['GET /pets/{proxy+}'], 'GET', '/pets')).toBeUndefined();
  });

  it('does not let a shorter ANY route hide a greedy one', () => {
    const keys = ['ANY /a', 'ANY /a/{b}', 'GET /a/{rest+}'];
    expect(selected(keys, 'GET', '/a')).toBe('ANY /a');
    expect(selected(keys, 'GET', '/a/b')).toBe('ANY /a/{b}');
    expect(selected(keys, 'GET', '/a/b/c')).toBe('GET /a/{rest+}');
  });

  it('yields the decoded path variables', () => {
    const match = createRouteMatcher([{ routeKey: 'GET /c/{id}/{rest+}' }]);
    expect(match('GET', '/c/a%20%C3%A9%2Fb/x/y%20z')?.pathParameters).toEqual({ id: 'a é/b', rest: 'x/y z' });
  });

  it('keeps a variable that is called __proto__ a variable', () => {
    const match = createRouteMatcher([{ routeKey: 'GET /{__proto__}' }]);
    expect(Object.entries(match('GET', '/x')?.pathParameters ?? {})).toEqual([['__proto__', 'x']]);
  });

  it('is refused at the start when its key is none', () => {
    expect(() => createRouteMatcher([{ routeKey: 'pets' }])).toThrow('route key "pets"');
  });
});
