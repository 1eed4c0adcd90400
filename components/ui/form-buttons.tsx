interface FormButtonsProps {
  /** What the button says that sends the form. */
  submit: string;
  disabled: boolean;
  onCancel: () => void;
}

/** The end of a form in a dialog. */
export function FormButtons({ submit, disabled, onCancel }: FormButtonsProps) {
  return (
    <p className="flex gap-2">
      <button type="submit" disabled={disabled} className="send-button">
        {submit}
      </button>
      <button type="button" className="quiet-button" onClick={onCancel}>
        Cancel
      </button>
    </p>
  );
}
