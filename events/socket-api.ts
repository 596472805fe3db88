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
  'message.edit': { summary: 'Change the text of your own message', frame: client.messageEditFrame },
  'message.delete': { summary: 'Delete a message for everybody', frame: client.messageDeleteFrame },
  'reaction.add': { summary: 'React with an emoji', frame: client.reactionAddFrame },
  'reaction.remove': { summary: 'Take a reaction back', frame: client.reactionRemoveFrame },
  'message.pin': { summary: 'Pin a message', frame: client.messagePinFrame },
  'message.unpin': { summary: 'Unpin a message', frame: client.messageUnpinFrame },
  'message.read': { summary: 'Everything up to here was read', frame: client.messageReadFrame },
  'message.delivered': {
    summary: 'Everything up to here is on a device',
    frame: client.messageDeliveredFrame,
  },
  'message.unread': { summary: 'Put your own mark back', frame: client.messageUnreadFrame },
  'thread.read': { summary: 'So many messages of a thread were read', frame: client.threadReadFrame },
  'threads.read': {
    summary: 'Everything up to here was read in all threads',
    frame: client.threadsReadFrame,
  },
  'presence.subscribe': {
    summary: 'Hear of these people from now on',
    frame: client.presenceSubscribeFrame,
  },
  'presence.unsubscribe': { summary: 'Not any more', frame: client.presenceUnsubscribeFrame },
  'presence.set': { summary: 'Say of yourself how you are there', frame: client.presenceSetFrame },
  'typing.start': { summary: 'Somebody types', frame: client.typingFrame },
  'typing.stop': { summary: 'They stopped', frame: client.typingFrame },
  sync: { summary: 'Ask for everything since the last numbers held', frame: client.syncFrame },
  ping: { summary: 'Ask whether connection and session live', frame: client.pingFrame },
};

export const serverFrames: { readonly [T in ServerFrameType]: FrameContract } = {
  'message.create': { summary: 'A message in its place', frame: server.messageCreate },
  'message.update': { summary: 'A message changed: its present state', frame: server.messageUpdate },
  'message.ack': { summary: 'What became of a message that was sent', frame: server.messageAck },
  'message.read': { summary: 'How far a member has read', frame: server.messageRead },
  'message.delivery': { summary: 'How far a member’s devices have got', frame: server.messageDelivery },
  'message.unread': { summary: 'Your own mark was put back', frame: server.messageUnread },
  'typing.start': { summary: 'Somebody types', frame: server.typing },
  'typing.stop': { summary: 'They stopped', frame: server.typing },
  'thread.read': { summary: 'How far you have read a thread', frame: server.threadRead },
  'threads.read': { summary: 'How far you have read all threads', frame: server.threadRead },
  'conversation.details': {
    summary: 'What is the same for all members, as it is now',
    frame: server.conversationDetails,
  },
  'member.update': { summary: 'Somebody came, went or has another role', frame: server.memberUpdate },
  'invite.update': { summary: 'An invitation to you', frame: server.inviteUpdate },
  'presence.update': { summary: 'How somebody is there', frame: server.presenceUpdate },
  'notice.dismissed': {
    summary: 'You dismissed a notice on another device',
    frame: server.noticeDismissed,
  },
  'conversation.update': { summary: 'A conversation as it is now', frame: server.conversationUpdate },
  synced: { summary: 'The end of a sync', frame: server.synced },
  'session.ended': { summary: 'The session is over: sign in again', frame: server.sessionEnded },
  'system.notice': { summary: 'Something that people should know', frame: server.systemNotice },
  error: { summary: 'A frame was refused', frame: server.errorFrame },
  pong: { summary: 'The answer to a ping', frame: server.pong },
  batch: { summary: 'Several events in one frame', frame: server.batchFrame },
};
