import type { ConversationView, ServerEvent } from '../../events/server-frames.ts';
import { limits } from '../../shared/limits.ts';
import type { Api } from './api.ts';
import type { Connection } from './connection.ts';
import { type ConversationState, withDelivery, withRead, withReadPutBack } from './conversation-state.ts';
import { DeliveryMarks } from './delivery-marks.ts';
import type { ClientEnvironment } from './environment.ts';
import { ReadMarks } from './read-marks.ts';

export interface ReceiptsOptions {
  readonly myId: string;
  readonly api: Pick<Api, 'receipts'>;
  readonly environment: Pick<ClientEnvironment, 'setTimer' | 'now'>;
  readonly send: Connection['send'];
  conversation(convoId: string): ConversationState | undefined;
  update(convoId: string, step: (state: ConversationState) => ConversationState): void;
}

/** How far everybody has got: this person's marks on their way to the server, and all marks on their way to the state. */
export class Receipts {
  readonly #options: ReceiptsOptions;
  readonly #readMarks: ReadMarks;
  readonly #deliveryMarks: DeliveryMarks;
  /** Where this person has read on since the last sync was asked for: its answer may be older. */
  readonly #readSinceSync = new Set<string>();

  constructor(options: ReceiptsOptions) {
    this.#options = options;
    this.#readMarks = new ReadMarks(options);
    this.#deliveryMarks = new DeliveryMarks(options);
  }

  setLive(isLive: boolean): void {
    this.#readMarks.setLive(isLive);
    this.#deliveryMarks.setLive(isLive);
  }

  handle(event: ServerEvent): void {
    if (event.type === 'message.read') this.heardRead(event.convo_id, event.user_id, event.seq_no);
    else if (event.type === 'message.delivery')
      this.heardDelivery(event.convo_id, event.user_id, event.seq_no);
    else if (event.type === 'message.unread' && event.user_id === this.#options.myId)
      this.heardUnread(event.convo_id, event.seq_no);
  }

  /** This person has seen everything up to `seqNo`. */
  markRead(convoId: string, seqNo: number): void {
    this.#readMarks.mark(convoId, seqNo);
    this.#takeRead(convoId, this.#options.myId, seqNo);
  }

  /** Everything after `seqNo` shall count as unread again. */
  markUnread(convoId: string, seqNo: number): void {
    this.#readMarks.putBack(convoId, seqNo);
    this.#options.update(convoId, (state) => withReadPutBack(state, seqNo));
  }

  /** What is held of this conversation has reached this device. Large conversations are told nothing. */
  markDelivered(convoId: string): void {
    const cursor = this.#options.conversation(convoId)?.timeline.cursor;
    if (cursor !== undefined && this.isTold(convoId)) this.#deliveryMarks.mark(convoId, cursor);
  }

  /** Whether anybody hears how far others have got in it. */
  isTold(convoId: string): boolean {
    const memberCount = this.#options.conversation(convoId)?.view.member_count ?? 0;
    return memberCount <= limits.receiptAudienceMax;
  }

  /** Asks how far everybody has got; from then on pushes tell. */
  async load(convoId: string): Promise<void> {
    if (!this.isTold(convoId)) return;
    for (const receipt of await this.#options.api.receipts(convoId)) {
      const { user_id: userId, read_seq: readSeq, delivered_seq: deliveredSeq } = receipt;
      if (userId === this.#options.myId) continue;
      this.#takeRead(convoId, userId, readSeq);
      this.heardDelivery(convoId, userId, deliveredSeq);
    }
  }

  heardRead(convoId: string, userId: string, seqNo: number): void {
    if (userId === this.#options.myId) this.#readMarks.confirm(convoId, seqNo);
    this.#takeRead(convoId, userId, seqNo);
  }

  /** This person's mark was put back, here or on another device. */
  heardUnread(convoId: string, seqNo: number): void {
    this.#readMarks.confirmPutBack(convoId, seqNo);
    this.#options.update(convoId, (state) => withReadPutBack(state, seqNo));
  }

  heardDelivery(convoId: string, userId: string, seqNo: number): void {
    if (userId === this.#options.myId) this.#deliveryMarks.confirm(convoId, seqNo);
    else this.#options.update(convoId, (state) => withDelivery(state, userId, seqNo));
  }

  /** Who sends has read: the server remembers it for so many senders, and needs no mark from them. */
  heardOwnMessage(convoId: string, seqNo: number): void {
    const memberCount = this.#options.conversation(convoId)?.view.member_count ?? 0;
    if (memberCount <= limits.recentSendersMax) this.#readMarks.confirm(convoId, seqNo);
  }

  /** The server's own view of a conversation says how far this person has come. */
  heardView(view: ConversationView): void {
    this.#readMarks.confirm(view.convo_id, view.read_seq);
    this.#deliveryMarks.confirm(view.convo_id, view.read_seq);
  }

  beginSync(): void {
    this.#readSinceSync.clear();
  }

  /** A mark that is further back than ours was put back on another device, unless ours is on its way. */
  heardSynced(convoId: string, readSeq: number): void {
    const isOnItsWay = this.#readMarks.unconfirmed(convoId) > 0 || this.#readSinceSync.has(convoId);
    const heldSeq = this.#options.conversation(convoId)?.readSeq ?? 0;
    if (this.#readMarks.isPuttingBack(convoId)) {
      if (readSeq <= heldSeq) this.#readMarks.confirmPutBack(convoId, readSeq);
    } else if (readSeq < heldSeq && !isOnItsWay) {
      this.heardUnread(convoId, readSeq);
    } else {
      this.#readMarks.confirm(convoId, readSeq);
      this.#options.update(convoId, (state) =>
        withRead(state, this.#options.myId, readSeq, this.#options.myId),
      );
    }
  }

  #takeRead(convoId: string, userId: string, seqNo: number): void {
    const { myId } = this.#options;
    if (userId === myId) {
      this.#readSinceSync.add(convoId);
      this.#deliveryMarks.confirm(convoId, seqNo);
    }
    this.#options.update(convoId, (state) => withRead(state, userId, seqNo, myId));
  }
}
