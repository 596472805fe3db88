import type { ReactNode } from 'react';

function Icon({ children }: { readonly children: ReactNode }) {
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
