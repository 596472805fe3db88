/**
 * The socket as one table: every frame and what it is for. docs/asyncapi.json is generated from it; the type asks for
 * every action of functions/routes.ts.
 */
import type * as z from 'zod/mini';
import type { webSocketRoutes } from '../functions/routes.ts';
import * as client from './client-frames.ts';
import * as server from './server-frames.ts';

export type FrameAction = Exclude<(typeof webSocketRoutes)[number]['routeKey'], `$${string}`>;
export type ServerFrameType = server.ServerFrame['type'];

export interface FrameContract {
  readonly summary: string;
  readonly frame: z.ZodMiniType;
}

export const clientFrames: { readonly [A in FrameAction]: FrameContract } = {
  'message.send': { summary: 'Send a message', frame: client.messageSendFrame },
  'message.read': { summary: 'Everything up to here was read', frame: client.messageReadFrame },
  sync: { summary: 'Ask for everything since the last numbers held', frame: client.syncFrame },
  ping: { summary: 'Ask whether connection and session live', frame: client.pingFrame },
};

export const serverFrames: { readonly [T in ServerFrameType]: FrameContract } = {
  'message.create': { summary: 'A message in its place', frame: server.messageCreate },
  'message.ack': { summary: 'What became of a message that was sent', frame: server.messageAck },
  'message.read': { summary: 'How far a member has read', frame: server.messageRead },
  'conversation.update': { summary: 'A conversation as it is now', frame: server.conversationUpdate },
  synced: { summary: 'The end of a sync', frame: server.synced },
  'session.ended': { summary: 'The session is over: sign in again', frame: server.sessionEnded },
  'system.notice': { summary: 'Something that people should know', frame: server.systemNotice },
  error: { summary: 'A frame was refused', frame: server.errorFrame },
  pong: { summary: 'The answer to a ping', frame: server.pong },
  batch: { summary: 'Several events in one frame', frame: server.batchFrame },
};
