import type { MessageView } from '../../../../events/http-contracts.ts';
import { messageSummary } from '../../message-summary.ts';
import { Dialog } from '../Dialog.tsx';
import { ReportForm } from '../ReportForm.tsx';

export interface ReportDialogProps {
  readonly message: MessageView;
  readonly onClose: () => void;
}

export function ReportDialog({ message, onClose }: ReportDialogProps) {
  const { convo_id, seq_no } = message;
  return (
    <Dialog title="Report this message" onClose={onClose}>
      <div className="stack">
        <blockquote className="dialog-quote">{messageSummary(message)}</blockquote>
        <ReportForm subject={{ convo_id, seq_no }} onClose={onClose} />
      </div>
    </Dialog>
  );
}
