import type { DetailsProps } from './DetailsDialog.tsx';
import { InviteLinks } from './InviteLinks.tsx';
import { InvitePeople } from './InvitePeople.tsx';

export function LinksView({ chat, conversation }: DetailsProps) {
  return (
    <div className="details stack">
      <InvitePeople chat={chat} conversation={conversation} />
      <InviteLinks
        convoId={conversation.convoId}
        mayGiveRoles={conversation.view.capabilities.includes('role.change')}
      />
    </div>
  );
}
