import { expect, it } from 'vitest';
import { noticeText } from './notice-text.ts';

it('says what the notice itself says, or what its code stands for', () => {
  expect(noticeText({ code: 'notice.text', params: { text: 'Cake in the kitchen' } })).toBe(
    'Cake in the kitchen',
  );
  expect(noticeText({ code: 'maintenance.planned', params: {} })).toContain('Maintenance is planned.');
  expect(
    noticeText({ code: 'maintenance.planned', params: { starts_at: '2026-03-03T12:00:00Z', minutes: 10 } }),
  ).toMatch(/2026.* about 10 minutes/);
});

it('says nothing of what is for the client alone, or not known', () => {
  expect(noticeText({ code: 'connection.expiring', params: { within_ms: 1 } })).toBe('');
  expect(noticeText({ code: 'made.up', params: { text: 'x' } })).toBe('');
  expect(noticeText({ code: 'notice.text', params: { text: 7 } })).toBe('');
});
