import { describe, expect, it } from 'vitest';
import {
  aConnection,
  aConversation,
  anna,
  aProfile,
  ben,
  cleo,
  movableClock,
} from '../../test/support/builders.ts';
import { inMemoryConnectionStore, inMemorySockets } from '../../test/support/in-memory-connections.ts';
import { inMemoryUserStore } from '../../test/support/in-memory-user-store.ts';
import { announceConversation } from './announce-conversation.ts';

describe('announceConversation', () => {
  it('shows a new conversation to every device of its members, and to nobody else', async () => {
    const connections = inMemoryConnectionStore(movableClock());
    const gateway = inMemorySockets();
    for (const [user, id] of [
      [anna, 'a1'],
      [ben, 'b1'],
      [ben, 'b2'],
      [cleo, 'c1'],
    ] as const) {
      await connections.open(aConnection(user, id));
    }
    await announceConversation(
      { conversation: aConversation(), memberIds: [anna, ben], created: true },
      { connections, gateway, users: inMemoryUserStore(aProfile('anna'), aProfile('ben')) },
    );
    expect(gateway.posts.map(({ connectionId }) => connectionId).sort()).toEqual(['a1', 'b1', 'b2']);
    expect(gateway.events('b2')).toMatchObject([
      {
        type: 'conversation.update',
        conversation: {
          title: 'Team',
          seq: 0,
          read_seq: 0,
          unread: 0,
          members: [{ handle: 'anna' }, { handle: 'ben' }],
          last_message: null,
        },
      },
    ]);
  });
});
