import { Columns3 } from 'lucide-react';
import { Button } from 'react-aria-components';

interface ColumnsButtonProps {
  /** Opens the choice of columns with its corner there: below the button. */
  onPress: (at: { x: number; y: number }) => void;
}

export function ColumnsButton({ onPress }: ColumnsButtonProps) {
  return (
    <Button
      className="button is-bare is-icon"
      aria-label="Columns"
      onPress={({ target }) => {
        const box = target.getBoundingClientRect();
        onPress({ x: box.left, y: box.bottom });
      }}
    >
      <Columns3 size={15} strokeWidth={1.75} aria-hidden />
    </Button>
  );
}
