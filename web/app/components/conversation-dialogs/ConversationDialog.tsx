import type { ConversationDialogName } from '../../conversation-context.ts';
import { AroundDialog } from './AroundDialog.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import { EmojiDialog } from './EmojiDialog.tsx';
import { ForwardDialog } from './ForwardDialog.tsx';
import { PinsDialog } from './PinsDialog.tsx';
import { ReportDialog } from './ReportDialog.tsx';
import { VersionsDialog } from './VersionsDialog.tsx';

export interface ConversationDialogProps {
  readonly dialog: ConversationDialogName;
  readonly onClose: () => void;
}

export default function ConversationDialog({ dialog, onClose }: ConversationDialogProps) {
  switch (dialog.kind) {
    case 'delete':
      return <DeleteDialog message={dialog.message} onClose={onClose} />;
    case 'emoji':
      return <EmojiDialog message={dialog.message} onClose={onClose} />;
    case 'versions':
      return <VersionsDialog message={dialog.message} onClose={onClose} />;
    case 'forward':
      return <ForwardDialog message={dialog.message} onClose={onClose} />;
    case 'report':
      return <ReportDialog message={dialog.message} onClose={onClose} />;
    case 'around':
      return <AroundDialog seqNo={dialog.seqNo} onClose={onClose} />;
    case 'pins':
      return <PinsDialog onClose={onClose} />;
  }
}
