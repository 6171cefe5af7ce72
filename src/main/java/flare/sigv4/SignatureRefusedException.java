package flare.sigv4;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A refusal: its {@link SignatureFault}, and a sentence that holds neither a secret nor the right signature. */
public final class SignatureRefusedException extends RuntimeException {

    private final SignatureFault fault;

    SignatureRefusedException(SignatureFault fault, String message) {
        this(fault, message, null);
    }

    SignatureRefusedException(SignatureFault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = Objects.requireNonNull(fault);
    }

    public SignatureFault fault() {
        return fault;
    }
}
