import { encode } from 'uqr';
import { qrPath } from '../../qr-path.ts';

export interface QrCodeProps {
  readonly text: string;
  readonly label: string;
}

/** Dark on light in every colour scheme: many readers take nothing else. */
export default function QrCode({ text, label }: QrCodeProps) {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={qrPath(data)} />
    </svg>
  );
}
