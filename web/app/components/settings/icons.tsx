import { Icon } from '../icons.tsx';

export const ComputerIcon = () => (
  <Icon>
    <path d="M4.500 6A1.5 1.5 0 0 1 6 4.500h12A1.5 1.5 0 0 1 19.500 6v9H4.500zM2.500 18.500h19" />
  </Icon>
);
export const PhoneIcon = () => (
  <Icon>
    <path d="M7.500 4.500A1.5 1.5 0 0 1 9 3h6a1.5 1.5 0 0 1 1.500 1.500v15A1.5 1.5 0 0 1 15 21H9a1.5 1.5 0 0 1-1.500-1.500zM11 18h2" />
  </Icon>
);
