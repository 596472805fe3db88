import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { publicNames, resolveAnyName } from './resolve-name.ts';

const never = new AbortController().signal;

/** A name server that answers every question for IPv4 with these bytes, and none for IPv6; or nothing at all. */
async function nameServer(answer?: readonly [number, number, number, number]) {
  const socket = createSocket('udp4');
  const asked: Buffer[] = [];
  socket.on('message', (query, { port, address }) => {
    asked.push(query);
    if (!answer) return;
    const isIPv4 = query.readUInt16BE(query.indexOf(0, 12) + 1) === 1;
    const question = query.subarray(12, query.indexOf(0, 12) + 5);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(isIPv4 ? 1 : 0, 6);
    header.writeUInt16BE(0, 10);
    const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...answer];
    socket.send(Buffer.concat([header, question, Buffer.from(isIPv4 ? record : [])]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { resolve: publicNames([`127.0.0.1:${socket.address().port}`]), asked };
}

it('asks the name servers for both families, and takes what there is', async () => {
  const { resolve, asked } = await nameServer([93, 184, 216, 34]);
  expect(await resolve('hooks.example.org', never)).toEqual(['93.184.216.34']);
  expect(asked).toHaveLength(2);
});

it('[W3] asks nobody else, whatever the hosts file says', async () => {
  const { resolve } = await nameServer([10, 0, 0, 1]);
  expect(await resolve('ip6-localhost', never)).toEqual(['10.0.0.1']);
});

it('takes an address as it is', async () => {
  const { resolve, asked } = await nameServer();
  expect(await resolve('1.1.1.1', never)).toEqual(['1.1.1.1']);
  expect(await resolve('2606:4700::1111', never)).toEqual(['2606:4700::1111']);
  expect(asked).toEqual([]);
});

it('[W2] gives up when it is told to, though the name server says nothing', async () => {
  const { resolve, asked } = await nameServer();
  const abort = new AbortController();
  const startedAt = performance.now();
  const resolving = resolve('hooks.example.org', abort.signal);
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  abort.abort();
  expect(await resolving).toEqual([]);
  expect(performance.now() - startedAt).toBeLessThan(2_500);
});

it('knows on a laptop what the laptop knows', async () => {
  expect(await resolveAnyName('localhost', never)).toContain('127.0.0.1');
  expect(await resolveAnyName('nowhere.invalid', never)).toEqual([]);
});
