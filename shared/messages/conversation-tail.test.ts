import { describe, expect, it } from 'vitest';
import { aNewMessage, sessionId, userId } from '../../test/support/builders.ts';
import { limits } from '../limits.ts';
import { clientStreamsAfter, recentSendersAfter } from './conversation-tail.ts';

const from = (sender: string, seq: number) => aNewMessage({ senderId: userId(sender), seq });
const numbered = (session: string, number: number) =>
  aNewMessage({ clientSeq: { sessionId: sessionId(session), number } });

describe('the recent senders of a conversation', () => {
  it('are remembered with the last message of each', () => {
    const before = { [userId('zoe')]: 3 };
    const after = recentSendersAfter({ recentSenders: before }, [
      from('adam', 4),
      from('zoe', 5),
      from('adam', 6),
    ]);
    expect(after).toEqual({ [userId('zoe')]: 5, [userId('adam')]: 6 });
  });

  it('are at most five: who has been silent longest is forgotten', () => {
    const names = ['zoe', 'yan', 'xaver', 'will', 'vera', 'uma'];
    const after = names.reduce(
      (recentSenders, name, index) => recentSendersAfter({ recentSenders }, [from(name, index + 1)]),
      {},
    );
    expect(Object.keys(after)).toHaveLength(limits.recentSendersMax);
    expect(after).not.toHaveProperty(userId('zoe'));
    expect(after).toHaveProperty(userId('uma'), 6);
  });
});

describe('the numbering clients of a conversation', () => {
  it('are remembered with the last number of each', () => {
    const after = clientStreamsAfter({ clientStreams: { [sessionId('a')]: 3 } }, [
      numbered('a', 4),
      numbered('b', 1),
      aNewMessage(),
      numbered('a', 5),
    ]);
    expect(after).toEqual({ [sessionId('a')]: 5, [sessionId('b')]: 1 });
  });

  it('are not set back by a message that comes late', () => {
    const clientStreams = { [sessionId('a')]: 6 };
    expect(clientStreamsAfter({ clientStreams }, [numbered('a', 3)])).toEqual(clientStreams);
    expect(clientStreamsAfter({ clientStreams }, [numbered('a', 8), numbered('a', 7)])).toEqual({
      [sessionId('a')]: 8,
    });
  });

  it('are at most five: who has been silent longest is forgotten', () => {
    const after = ['f', 'e', 'd', 'c', 'b', 'a'].reduce(
      (clientStreams, name) => clientStreamsAfter({ clientStreams }, [numbered(name, 9)]),
      {},
    );
    expect(Object.keys(after).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map(sessionId));
  });
});
