/**
 * docs/asyncapi.json: the socket as AsyncAPI 3, from the schemas that the functions parse frames with. `npm run docs` writes
 * it. What the frames mean stands in docs/protocol.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientFrames, type FrameContract, serverFrames } from '../events/socket-api.ts';
import { convert, type Json, open, reference, type Schema } from './json-schemas.ts';

/** `send` and `receive` are said from the side of the server, as AsyncAPI does. */
export function asyncApiDocument(): Json {
  const received = frames(clientFrames);
  const sent = frames(serverFrames, 'server.');
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Confab socket',
      version: '1',
      description: 'Text frames of JSON. The rules that they follow: docs/protocol.md.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: '127.0.0.1:8787', pathname: '/v1', protocol: 'ws', description: 'npm start' },
    },
    channels: {
      socket: {
        address: '/',
        description: 'Opened with `?ticket=` of POST /auth/ws-ticket, which works once.',
        messages: Object.fromEntries(
          [...received, ...sent].map(({ id }) => [id, { $ref: `#/components/messages/${id}` }]),
        ),
      },
    },
    operations: {
      clientFrames: operation('receive', 'What a client may send', received),
      serverFrames: operation('send', 'What the server pushes', sent),
    },
    components: {
      securitySchemes: {
        ticket: {
          type: 'httpApiKey',
          name: 'ticket',
          in: 'query',
          description: 'Of POST /auth/ws-ticket: once, within 30 seconds.',
        },
      },
      messages: Object.fromEntries([...received, ...sent].map(({ id, message }) => [id, message])),
      schemas: {
        ...convert(schemasOf(clientFrames), 'input'),
        ...open(convert(schemasOf(serverFrames), 'output')),
      },
    },
  };
}

interface Frame {
  readonly id: string;
  readonly message: Json;
}

/** A frame that goes both ways under one name (`message.read`) is two messages. */
function frames(table: Readonly<Record<string, FrameContract>>, prefix = ''): Frame[] {
  return Object.entries(table).map(([name, { summary, frame }]) => ({
    id: `${prefix}${name}`,
    message: { name, summary, payload: reference(frame) },
  }));
}

function operation(action: 'send' | 'receive', summary: string, all: readonly Frame[]): Json {
  return {
    action,
    summary,
    channel: { $ref: '#/channels/socket' },
    security: [{ $ref: '#/components/securitySchemes/ticket' }],
    messages: all.map(({ id }) => ({ $ref: `#/channels/socket/messages/${id}` })),
  };
}

function schemasOf(table: Readonly<Record<string, FrameContract>>): Schema[] {
  return Object.values(table).map(({ frame }) => frame);
}

if (import.meta.main) {
  const file = join(import.meta.dirname, 'asyncapi.json');
  writeFileSync(file, `${JSON.stringify(asyncApiDocument(), null, 2)}\n`);
  const count = Object.keys({ ...clientFrames }).length + Object.keys(serverFrames).length;
  console.log(`${count} frames → docs/asyncapi.json`);
}
