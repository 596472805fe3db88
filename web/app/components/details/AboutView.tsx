import type { Capability } from '../../../../events/server-frames.ts';
import { isMember } from '../../../client/conversation-state.ts';
import { mediumTime } from '../../times.ts';
import type { DetailsProps, DetailsView } from './DetailsDialog.tsx';
import { LeaveSection } from './LeaveSection.tsx';
import { MemberList } from './MemberList.tsx';
import { MuteSection } from './MuteSection.tsx';
import { RulesSection } from './RulesSection.tsx';

export interface AboutViewProps extends DetailsProps {
  readonly onShow: (view: DetailsView) => void;
  readonly onLeft: () => void;
}

export function AboutView({ chat, conversation, onShow, onLeft }: AboutViewProps) {
  const { view } = conversation;
  const may = (capability: Capability) => view.capabilities.includes(capability);
  const isIn = isMember(conversation);
  const show = (to: DetailsView, label: string) => (
    <button type="button" onClick={() => onShow(to)}>
      {label}
    </button>
  );
  return (
    <div className="details stack">
      {view.topic !== null && (
        <p className="topic" dir="auto">
          {view.topic}
        </p>
      )}
      <p className="muted">
        {view.type === 'room' ? 'Public room' : 'Group'}, since {mediumTime(new Date(view.created_at))}
        {view.archived_at !== null && ', archived'}
      </p>
      {isIn && (
        <div className="form-actions">
          {may('conversation.edit') && show('edit', 'Edit name and topic')}
          {may('member.add') && show('add', 'Add people')}
          {may('invite.create') && show('links', 'Invitations and links')}
          {may('member.ban') && show('bans', 'Banned people')}
        </div>
      )}
      {isIn && <MuteSection conversation={conversation} />}
      {isIn && may('conversation.settings') && <RulesSection conversation={conversation} />}
      {isIn && <MemberList chat={chat} conversation={conversation} />}
      {isIn && <LeaveSection conversation={conversation} onLeft={onLeft} />}
      {!isIn && (
        <p>You are not in this conversation any more. What was said until you left stays readable.</p>
      )}
    </div>
  );
}
