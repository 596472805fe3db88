import type { ReactNode } from 'react';

export function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg viewBox="0 0 24 24" className="icon" aria-hidden="true">
      {children}
    </svg>
  );
}

export const NewChatIcon = () => (
  <Icon>
    <path d="M12 20h8M4 20l1-4L16.5 4.500a2.1 2.1 0 0 1 3 3L8 19z" />
  </Icon>
);
export const SendIcon = () => (
  <Icon>
    <path d="M5 12h13M12 5.5 18.5 12 12 18.5" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M15 5l-7 7 7 7" />
  </Icon>
);
export const DownIcon = () => (
  <Icon>
    <path d="M12 5v13M6 12.500l6 6 6-6" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M6 6l12 12M18 6L6 18" />
  </Icon>
);
export const SignOutIcon = () => (
  <Icon>
    <path d="M14 4H6.500A1.5 1.5 0 0 0 5 5.500v13A1.5 1.5 0 0 0 6.5 20H14M10 12h10M16.5 8.5 20 12l-3.5 3.5" />
  </Icon>
);
export const CheckIcon = () => (
  <Icon>
    <path d="M5 12.500l4.5 4.500L19 7.5" />
  </Icon>
);
export const DoubleCheckIcon = () => (
  <Icon>
    <path d="M2 12.500l4.500 4.500L16 7.500M12.500 16.500l.5.500L22.500 7.500" />
  </Icon>
);
export const MoreIcon = () => (
  <Icon>
    <path d="M6 12h.01M12 12h.01M18 12h.01" />
  </Icon>
);
export const PinIcon = () => (
  <Icon>
    <path d="M9 4h6l-1 6 3 3H7l3-3zM12 13v7" />
  </Icon>
);
export const ClockIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 7.500V12l3 2" />
  </Icon>
);
export const AlertIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 8v4.500M12 15.500v.2" />
  </Icon>
);
export const GroupIcon = () => (
  <Icon>
    <circle cx="9" cy="9" r="3" />
    <path d="M3.5 19c.4-3 2.7-5 5.5-5s5.1 2 5.5 5M15 6.300a3 3 0 0 1 0 5.400M17 14.500c2 .6 3.2 2.3 3.5 4.5" />
  </Icon>
);
export const ShowIcon = () => (
  <Icon>
    <path d="M2.500 12C4.500 8 8 6 12 6s7.500 2 9.500 6c-2 4-5.500 6-9.500 6s-7.500-2-9.500-6z" />
    <circle cx="12" cy="12" r="2.750" />
  </Icon>
);
export const HideIcon = () => (
  <Icon>
    <path d="M4 4l16 16M9.500 6.300A10.300 10.300 0 0 1 12 6c4 0 7.500 2 9.500 6a12.500 12.500 0 0 1-2.400 3.300M15 17.500a10 10 0 0 1-3 .5c-4 0-7.500-2-9.500-6a12.400 12.400 0 0 1 3.500-4.200M10 10.200a2.750 2.750 0 0 0 3.800 3.900" />
  </Icon>
);
export const SettingsIcon = () => (
  <Icon>
    <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
    <circle cx="15" cy="7" r="2" />
    <circle cx="9" cy="17" r="2" />
  </Icon>
);
export const LockIcon = () => (
  <Icon>
    <rect x="6" y="11" width="12" height="8" rx="1.5" />
    <path d="M9 11V8.500a3 3 0 0 1 6 0V11" />
  </Icon>
);
export const MutedIcon = () => (
  <Icon>
    <path d="M6 16h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v3.500zM10.500 19h3M4 4l16 16" />
  </Icon>
);
export const RoomsIcon = () => (
  <Icon>
    <path d="M9 4 7 20M17 4l-2 16M4.500 9H20M4 15h15.500" />
  </Icon>
);
export const InfoIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 11v5M12 8v.2" />
  </Icon>
);

export function Logo() {
  return (
    <svg viewBox="0 0 32 32" className="logo" aria-hidden="true">
      <rect width="32" height="32" rx="9" className="logo-ground" />
      <path
        className="logo-front"
        d="M7 10.500A3.5 3.5 0 0 1 10.5 7h7a3.5 3.5 0 0 1 3.5 3.500v3a3.5 3.5 0 0 1-3.5 3.500H12l-3.6 2.900c-.6.4-1.4 0-1.4-.7z"
      />
      <path
        className="logo-back"
        d="M25 17.500a3.5 3.5 0 0 0-2.3-3.3 5.7 5.7 0 0 1-5.7 5h-3.800v.3a3.5 3.5 0 0 0 3.5 3.500H20l3.6 2.700c.6.4 1.4 0 1.4-.7z"
      />
    </svg>
  );
}
