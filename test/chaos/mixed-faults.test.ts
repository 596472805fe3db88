import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { FaultAction, FaultRule } from '../../localstack/aws-tap/fault-rules.ts';
import { connect } from '../support/cloud.ts';
import { violations } from '../support/history.ts';
import { afterCrashMs, cloudOfThisFile, type OwnCloud, processor } from '../support/own-cloud.ts';
import { newClientMsgId, newPeople, openGroup, type Person, wholeHistory } from '../support/people.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { TestSocket } from '../support/socket.ts';
import { waitFor } from '../support/wait-for.ts';

const theCloud = cloudOfThisFile({ gatewayLimits: { dropDisconnectRate: 0.5 } });

/** CONFAB_SEED=… repeats the faults and the texts of a run; the interleaving is the machine's. */
const seed = Number(process.env.CONFAB_SEED ?? Date.now() % 1_000_000);
const messagesPerSender = 12;

const serverError: FaultAction = { kind: 'error', status: 500, errorType: 'InternalServerError' };

function mischief(cloud: OwnCloud): Omit<FaultRule, 'times' | 'skip'>[] {
  const kill: FaultAction = {
    kind: 'kill-function-after',
    kill: (name) => cloud.lambda.killEnvironments(name),
  };
  const database = { service: 'dynamodb', functionName: processor } as const;
  return [
    { ...database, operation: 'TransactWriteItems', action: kill },
    { ...database, operation: 'TransactWriteItems', action: { kind: 'timeout-after-success' } },
    { ...database, operation: 'TransactWriteItems', action: serverError },
    { ...database, operation: 'GetItem', action: kill },
    { ...database, operation: 'BatchGetItem', action: serverError },
    { service: 'sqs', operation: 'SendMessage', action: { kind: 'timeout-after-success' } },
    { service: 'sqs', operation: 'SendMessage', action: serverError },
    {
      service: 'management-api',
      operation: 'PostToConnection',
      functionName: processor,
      action: serverError,
    },
    { service: 'management-api', operation: 'PostToConnection', functionName: processor, action: kill },
    { service: 'dynamodb', operation: '*', action: { kind: 'delay', delayMs: 300 } },
  ];
}

/** Sends until every message has its ack, as a client does: the same id again, a new socket when the old one broke. */
async function persistentSender(person: Person, convoId: string, texts: ReadonlyMap<string, string>) {
  const sockets: TestSocket[] = [await connect(person)];
  const acked = () =>
    new Set(sockets.flatMap((socket) => socket.all('message.ack')).map(({ client_msg_id }) => client_msg_id));
  const finished = waitFor(
    'every ack',
    async () => {
      if (!sockets.at(-1)?.isOpen) sockets.push(await connect(person));
      const missing = [...texts].filter(([id]) => !acked().has(id));
      for (const [client_msg_id, content] of missing) {
        sockets.at(-1)?.send({ action: 'message.send', convo_id: convoId, client_msg_id, content });
      }
      return missing.length === 0;
    },
    { intervalMs: 1_000, timeoutMs: 50_000 },
  );
  return { sockets, finished };
}

/** Some seconds of mischief; answers how many calls it befell. */
async function nemesis(cloud: OwnCloud, random: () => number): Promise<number> {
  const kinds = mischief(cloud);
  let crashes = 0;
  for (let round = 0; round < 25; round += 1) {
    const kind = kinds[Math.floor(random() * kinds.length)];
    if (kind) cloud.tap.faults.add({ ...kind, times: 1 });
    if (random() < 0.08) cloud.gateway.dropConnection('all');
    await pause(200);
    const crashesNow = befallen(cloud, 'kill-function-after');
    // What a crashed processor held shows again, and what a slow one still holds is worked on twice.
    if (crashesNow > crashes) cloud.passTime(afterCrashMs);
    crashes = crashesNow;
  }
  return befallen(cloud);
}

/** A crash may be on its way when the mischief ends, so time passes more than once. */
async function untilAll(work: readonly Promise<unknown>[], passTime: () => void): Promise<void> {
  const timer = setInterval(passTime, 3_000);
  passTime();
  await Promise.all(work).finally(() => clearInterval(timer));
}

function befallen(cloud: OwnCloud, kind?: string): number {
  return cloud.tap.records.filter(({ fault }) => fault !== undefined && (!kind || fault === kind)).length;
}

it(`[P1–P5] keeps every promise while everything fails now and then (CONFAB_SEED=${seed})`, {
  timeout: 60_000,
}, async () => {
  const random = seededRandom(seed);
  const cloud = theCloud();
  const people = await newPeople(cloud.http, 4);
  const [owner, ...others] = people;
  if (!owner) throw new Error('nobody there');
  const groups = await Promise.all([openGroup(owner, others), openGroup(owner, others)]);

  const plans = groups.flatMap(({ convo_id }) =>
    people.map((person) => {
      const ids = Array.from({ length: messagesPerSender }, newClientMsgId);
      return { convo_id, person, texts: new Map(ids.map((id) => [id, `${id} ${random()}`])) };
    }),
  );
  const senders = await Promise.all(
    plans.map((plan) => persistentSender(plan.person, plan.convo_id, plan.texts)),
  );

  const faults = await nemesis(cloud, random);
  cloud.tap.faults.clear();
  await untilAll(
    senders.map(({ finished }) => finished),
    () => cloud.passTime(afterCrashMs),
  );

  expect(faults).toBeGreaterThan(5);
  for (const { convo_id } of groups) {
    const sent = new Map(plans.flatMap((plan) => (plan.convo_id === convo_id ? [...plan.texts] : [])));
    const readings = await Promise.all(people.map((person) => wholeHistory(person, convo_id)));
    expect(readings[0]).toHaveLength(4 * messagesPerSender);
    const devices = senders.flatMap(({ sockets }) => sockets);
    expect(violations(convo_id, { sent, devices, readings })).toEqual([]);
  }
});
