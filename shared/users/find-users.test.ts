import { describe, expect, it } from 'vitest';
import { aProfile } from '../../test/support/builders.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { limits } from '../limits.ts';
import { findUsers } from './find-users.ts';

const users = inMemoryUserStore(
  aProfile('anna', { displayName: 'Änne Maria' }),
  aProfile('ben'),
  ...Array.from({ length: 30 }, (_, index) => aProfile(`crowd${index}`)),
);
const found = async (query: string) => (await findUsers(query, { users })).map(({ handle }) => handle);

describe('findUsers', () => {
  it('finds people by the beginning of their handle or name, in any case', async () => {
    expect(await found('AN')).toEqual(['anna']);
    expect(await found('mari')).toEqual(['anna']);
  });

  it('finds a letter in whatever form it was typed', async () => {
    expect(await found('A\u0308nne')).toEqual(['anna']);
    expect(await found('ｂｅｎ')).toEqual(['ben']);
  });

  it('understands a handle with its @', async () => {
    expect(await found('@ben')).toEqual(['ben']);
  });

  it('finds nobody for nothing', async () => {
    expect([await found('@'), await found('   ')]).toEqual([[], []]);
  });

  it('shows twenty people at most, and no e-mail address', async () => {
    const people = await findUsers('crowd', { users });
    expect(people).toHaveLength(limits.userSearchPageMax);
    expect(JSON.stringify(people)).not.toContain('@');
  });
});
