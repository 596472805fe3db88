import { describe, expect, it } from 'vitest';
import {
  aChangeAccepted,
  aConnection,
  anAccepted,
  anna,
  aRecord,
  ben,
  convoId,
} from '../../test/support/builders.ts';
import { inMemoryProcessor } from '../../test/support/in-memory-processor.ts';
import { type GroupRecord, processGroup } from './process-group.ts';

const team = convoId('team');

async function setup(troubles: { poison?: string; throttle?: string } = {}) {
  const deps = inMemoryProcessor(troubles);
  await deps.connections.open(aConnection(anna, 'a1'));
  await deps.connections.open(aConnection(ben, 'b1'));
  const run = async (...records: GroupRecord[]) => {
    const report = await processGroup(records, deps);
    return { ...report, failed: report.failed.map(({ messageId }) => messageId) };
  };
  const stored = () => deps.messages.all(team).map(({ clientMsgId }) => clientMsgId);
  return { ...deps, deps, run, stored };
}

const record = (id: string, receiveCount = 1, more: Partial<GroupRecord> = {}) =>
  aRecord({ client_msg_id: id, connection_id: 'a1' }, { receiveCount, ...more });

describe('processGroup', () => {
  it('stores a group in one transaction and announces it', async () => {
    const { run, stored, messages, gateway } = await setup();
    const report = await run(record('m1'), record('m2'));
    expect(report).toMatchObject({ failed: [], parked: [], settled: [{ kind: 'persisted' }, {}] });
    expect(stored()).toEqual(['m1', 'm2']);
    expect(messages.commits).toBe(1);
    expect(gateway.frames('b1')).toHaveLength(1);
  });

  it('pushes again what a redelivery brings, because the first push may never have happened', async () => {
    const { run, stored, gateway } = await setup();
    await run(record('m1'));
    await run(record('m1', 2));
    expect(stored()).toEqual(['m1']);
    expect(gateway.events('b1')).toMatchObject([{ seq_no: 1 }, { seq_no: 1 }]);
    expect(gateway.events('a1').filter(({ type }) => type === 'message.ack')).toMatchObject([
      { status: 'persisted', seq_no: 1 },
      { status: 'persisted', seq_no: 1 },
    ]);
  });

  describe('with a change', () => {
    const react = (id: string, emoji = '👍') => {
      const accepted = aChangeAccepted(
        { kind: 'react', seq_no: 1, emoji },
        { client_msg_id: id, connection_id: 'a1' },
      );
      return record(id, 1, { body: JSON.stringify(accepted) });
    };

    it('[M1] stores it in one transaction with the messages around it, in their order', async () => {
      const { run, messages, gateway } = await setup();
      const report = await run(record('m1'), react('r1'), record('m2'));
      expect(report).toMatchObject({ failed: [], parked: [], settled: [{}, { change: { rev: 1 } }, {}] });
      expect(messages.commits).toBe(1);
      expect(gateway.frames('b1')).toHaveLength(1);
      expect(gateway.events('b1')).toMatchObject([
        { type: 'message.create', seq_no: 1, rev: 1, reactions: [{ emoji: '👍', count: 1 }] },
        { type: 'message.create', seq_no: 2 },
        { type: 'message.update', prev_rev: 0, rev: 1 },
      ]);
    });

    it('[S8] parks one that can never be processed, tells its sender, and stores the others', async () => {
      const { run, stored, queue, gateway } = await setup({ poison: 'r1' });
      const report = await run(record('m1'), react('r1'), react('r2', '🎉'));
      expect(report.failed).toEqual([]);
      expect(stored()).toEqual(['m1']);
      expect(queue.parked).toMatchObject([{ messageId: 'queue-r1' }]);
      expect(gateway.events('a1')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ client_msg_id: 'r1', status: 'rejected' }),
          expect.objectContaining({ client_msg_id: 'r2', status: 'persisted', rev: 1 }),
        ]),
      );
    });

    it('[S8] parks one that nobody knows', async () => {
      const { run, queue } = await setup();
      const body = JSON.stringify({ ...aChangeAccepted(), change: { kind: 'shout', seq_no: 1 } });
      await run(record('r1', 1, { body }));
      expect(queue.parked).toEqual([{ messageId: 'queue-r1', reason: 'malformed' }]);
    });
  });

  describe('with a record that can never be processed', () => {
    it('[S8] parks a malformed one and stores the others', async () => {
      const { run, stored, queue } = await setup();
      const broken = record('broken', 1, { body: '{"name":' });
      expect((await run(record('m1'), broken, record('m2'))).failed).toEqual([]);
      expect(stored()).toEqual(['m1', 'm2']);
      expect(queue.parked).toEqual([{ messageId: 'queue-broken', reason: 'malformed' }]);
    });

    it('[S8] tells its sender, on every device, as far as it says who that is', async () => {
      const { run, connections, gateway } = await setup();
      await connections.open(aConnection(anna, 'a2'));
      const body = JSON.stringify({ ...anAccepted({ client_msg_id: 'm1' }), content: '' });
      await run(record('m1', 1, { body }));
      for (const device of ['a1', 'a2']) {
        expect(gateway.events(device)).toMatchObject([
          {
            type: 'message.ack',
            status: 'rejected',
            client_msg_id: 'm1',
            error: { code: 'message.undeliverable' },
          },
        ]);
      }
      expect(gateway.events('b1')).toEqual([]);
    });

    it('parks one that came in the group of another conversation', async () => {
      const { run, stored, queue } = await setup();
      const foreign = aRecord({ convo_id: convoId('other') }, { groupId: team });
      expect(await run(foreign)).toMatchObject({ failed: [], parked: [{ reason: 'wrong group' }] });
      expect(queue.parked).toHaveLength(1);
      expect(stored()).toEqual([]);
    });

    it('leaves the group in the queue when it cannot be parked', async () => {
      const { run, stored, queue } = await setup();
      queue.isDown = true;
      const report = await run(record('m1'), record('broken', 1, { body: 'x' }), record('m2'));
      expect(report.failed).toEqual(['queue-m1', 'queue-broken', 'queue-m2']);
      expect(report.error).toBeInstanceOf(Error);
      expect(stored()).toEqual([]);
    });
  });

  describe('when DynamoDB refuses for the moment', () => {
    it('gives the whole group back on the first receive, to be tried again in a second', async () => {
      const { run, stored, queue } = await setup({ throttle: 'm2' });
      const report = await run(record('m1'), record('m2'), record('m3'));
      expect(report.failed).toEqual(['queue-m1', 'queue-m2', 'queue-m3']);
      expect(stored()).toEqual([]);
      expect(queue.retries).toEqual([{ messageIds: ['queue-m1', 'queue-m2', 'queue-m3'], delaySeconds: 1 }]);
    });

    it('stores what comes before the one that fails, and gives it back with everything after it', async () => {
      const { run, stored } = await setup({ throttle: 'm2' });
      const report = await run(record('m1', 2), record('m2', 2), record('m3', 2));
      expect(report.failed).toEqual(['queue-m2', 'queue-m3']);
      expect(stored()).toEqual(['m1']);
    });

    it('waits longer from receive to receive, half a minute at most', async () => {
      const { run, queue } = await setup({ throttle: 'm1' });
      for (const receiveCount of [1, 2, 3, 4]) await run(record('m1', receiveCount));
      expect(queue.retries.map(({ delaySeconds }) => delaySeconds)).toEqual([1, 2, 4, 8]);
      const patient = { ...(await setup({ throttle: 'm1' })).deps, maxReceiveCount: 20 };
      await processGroup([record('m1', 9)], patient);
      expect(patient.queue.retries).toMatchObject([{ delaySeconds: 30 }]);
    });

    it('[S8] parks it on the last receive, tells its sender, and goes on', async () => {
      const { run, stored, queue, gateway } = await setup({ throttle: 'm1' });
      const report = await run(record('m1', 5), record('m2', 2));
      expect(report.failed).toEqual([]);
      expect(report.parked).toEqual([
        { messageId: 'queue-m1', reason: expect.stringContaining('did not succeed') },
      ]);
      expect(queue.parked).toEqual(report.parked);
      expect(stored()).toEqual(['m2']);
      expect(gateway.events('a1')).toMatchObject([
        { status: 'rejected', client_msg_id: 'm1', error: { code: 'message.undeliverable' } },
        { status: 'persisted', client_msg_id: 'm2' },
        { type: 'message.create' },
      ]);
    });

    it('reports it as failed when it cannot even be parked, and does not throw', async () => {
      const { run, queue } = await setup({ throttle: 'm1' });
      queue.isDown = true;
      expect((await run(record('m1', 5), record('m2', 5))).failed).toEqual(['queue-m1', 'queue-m2']);
    });
  });

  describe('with a poison message', () => {
    it('parks it on its first receive, and stores its neighbours in order', async () => {
      const { run, stored, queue } = await setup({ poison: 'm2' });
      const report = await run(record('m1'), record('m2'), record('m3'));
      expect(report.failed).toEqual([]);
      expect(stored()).toEqual(['m1', 'm3']);
      expect(queue.parked).toMatchObject([{ messageId: 'queue-m2' }]);
    });

    it('leaves no gap in the numbers where it would have stood', async () => {
      const { run, messages } = await setup({ poison: 'm2' });
      await run(record('m1'), record('m2'), record('m3'));
      expect(messages.all(team).map(({ seq }) => seq)).toEqual([1, 2]);
    });
  });

  describe('when a message is stored and could not be announced', () => {
    it('gives it back, so that it is pushed again', async () => {
      const { deps, stored } = await setup();
      const connections = { ...deps.connections, ofUsers: () => Promise.reject(new Error('throttled')) };
      const { failed } = await processGroup([record('m1')], { ...deps, connections });
      expect(failed).toHaveLength(1);
      expect(stored()).toEqual(['m1']);
    });

    it('[P1] never tells its sender that it was not stored, and parks nothing', async () => {
      const { deps, queue, gateway } = await setup();
      let reads = 0;
      const connections = {
        ...deps.connections,
        async ofUsers(users: readonly string[]) {
          reads += 1;
          // The batch, and then the message alone; the notice finds the sender's connections again.
          if (reads <= 2) throw new Error('throttled');
          return await deps.connections.ofUsers(users);
        },
      };
      await processGroup([record('m1', 5)], { ...deps, connections });
      expect(
        gateway.events('a1').filter((event) => 'status' in event && event.status === 'rejected'),
      ).toEqual([]);
      expect(queue.parked).toEqual([]);
    });

    it('does not give it back because a connection that is gone could not be forgotten', async () => {
      const { deps, gateway } = await setup();
      gateway.break('b1', 'gone');
      const connections = { ...deps.connections, forget: () => Promise.reject(new Error('throttled')) };
      const { failed } = await processGroup([record('m1')], { ...deps, connections });
      expect(failed).toEqual([]);
    });
  });

  it('says why DynamoDB did not take a commit, to whoever looks at what was parked', async () => {
    const { run, queue } = await setup({ throttle: 'm1' });
    await run(record('m1', 5));
    expect(queue.parked[0]?.reason).toContain('ThrottlingError');
  });

  describe('with a numbered message that overtook its predecessor', () => {
    const numbered = (client_seq: number, receiveCount = 1) =>
      aRecord({ client_msg_id: `n${client_seq}`, client_seq, connection_id: 'a1' }, { receiveCount });

    it('[P6] gives it back to the front of its group at once, and stores the others', async () => {
      const { run, stored, queue } = await setup();
      const report = await run(numbered(2), record('plain'), numbered(3));
      expect(report.failed).toEqual(['queue-n2', 'queue-n3']);
      expect(report.error).toBeUndefined();
      expect(stored()).toEqual(['plain']);
      expect(queue.retries).toEqual([{ messageIds: ['queue-n2', 'queue-n3'], delaySeconds: 0 }]);
    });

    it('gives its predecessor a moment, a longer one each time, and tells nobody', async () => {
      const { run, backoff, gateway } = await setup();
      await run(numbered(2));
      await run(numbered(2, 5));
      expect(backoff.waits).toEqual([2, 10]);
      expect(gateway.posts).toEqual([]);
    });

    it('gives it back also when SQS does not hear that it may be soon', async () => {
      const { run, queue } = await setup();
      queue.isDown = true;
      expect((await run(numbered(2))).failed).toEqual(['queue-n2']);
    });

    it('gives back what failed and what came early, each once', async () => {
      const { run, stored } = await setup({ throttle: 'm1' });
      const report = await run(numbered(2, 2), record('plain', 2), record('m1', 2), record('m2', 2));
      expect(report.failed).toEqual(['queue-n2', 'queue-m1', 'queue-m2']);
      expect(stored()).toEqual(['plain']);
    });

    it('does not wait longer than the dead-letter queue', async () => {
      const { run, stored } = await setup();
      expect((await run(numbered(9, 6))).failed).toEqual([]);
      expect(stored()).toEqual(['n9']);
    });
  });
});
