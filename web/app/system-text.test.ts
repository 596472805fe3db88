import { describe, expect, it } from 'vitest';
import type { PersonView, SystemMessage } from '../../events/server-frames.ts';
import { systemText } from './system-text.ts';

const person = (user_id: string, display_name: string): PersonView => ({
  user_id,
  display_name,
  handle: display_name.toLowerCase(),
});
const people = new Map([
  ['ada', person('ada', 'Ada')],
  ['ben', person('ben', 'Ben')],
]);

function said(code: string, params: SystemMessage['params'] = {}, myId = 'me'): string {
  const system = { code, params } as SystemMessage;
  return systemText({ sender_id: 'ada', system }, { people, myId });
}

describe('a line that nobody wrote', () => {
  it('says who did what to whom', () => {
    expect(said('conversation.renamed', { title: 'Engines' })).toBe(
      'Ada renamed the conversation to “Engines”',
    );
    expect(said('member.role_changed', { user_id: 'ben', role: 'admin' })).toBe('Ada made Ben an admin');
    expect(said('member.joined', { user_id: 'ben' })).toBe('Ben joined');
  });

  it('says you to whoever it is about', () => {
    expect(said('member.added', { user_id: 'ben' }, 'ben')).toBe('Ada added you');
    expect(said('member.added', { user_id: 'ben' }, 'ada')).toBe('You added Ben');
  });

  it('names nobody whom it does not know', () => {
    expect(said('member.removed', { user_id: 'eve' })).toBe('Ada removed Someone');
  });

  it('is nothing where the code is not known', () => {
    expect(said('conversation.teleported')).toBe('');
    expect(said('constructor')).toBe('');
  });
});
