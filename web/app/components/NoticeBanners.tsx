import type { SystemNotice } from '../../../events/server-frames.ts';
import type { NoticeMap } from '../../client/notice-state.ts';
import { activeNotices } from '../../client/notice-state.ts';
import { activeChat } from '../chat-store.ts';
import { noticeText } from '../notice-text.ts';
import { useNow } from '../use-now.ts';
import { FormError } from './FormError.tsx';
import { CloseIcon } from './icons.tsx';
import { useAction } from './use-submit.ts';

export interface NoticeBannersProps {
  readonly notices: NoticeMap;
  /** Those about one conversation; without, those for everybody or for this person. */
  readonly convoId?: string;
}

/** What those who run this have to say, until it is over or sent away. */
export function NoticeBanners({ notices, convoId }: NoticeBannersProps) {
  const now = useNow();
  const shown = activeNotices(notices, now.getTime(), convoId).filter((notice) => noticeText(notice) !== '');
  return (
    <div role="status" aria-label={convoId === undefined ? 'Notices' : 'Notices of this conversation'}>
      {shown.map((notice) => (
        <Banner key={notice.notice_id} notice={notice} />
      ))}
    </div>
  );
}

const severityNames = { info: '', warning: 'Warning: ', critical: 'Important: ' } as const;

function Banner({ notice }: { readonly notice: SystemNotice }) {
  const { notice_id: id = '', severity } = notice;
  const dismiss = useAction(() => activeChat().notices.dismiss(id));
  return (
    <div className="banner" data-severity={severity}>
      <p dir="auto">
        {severityNames[severity] !== '' && <strong>{severityNames[severity]}</strong>}
        {noticeText(notice)}
      </p>
      <FormError text={dismiss.error} />
      <button type="button" className="icon-button" aria-label="Dismiss the notice" onClick={dismiss.run}>
        <CloseIcon />
      </button>
    </div>
  );
}
