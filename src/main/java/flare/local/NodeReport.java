package flare.local;

import org.jspecify.annotations.Nullable;

/**
 * How a node is.
 *
 * @param state {@code ready}, {@code not ready}, or {@code stopped}
 * @param pid null when stopped
 * @param address of an API node's object port, a data node's chunk port
 * @param leads whether it leads the metadata log
 * @param note why it is not ready, or null
 */
public record NodeReport(
        String name,
        String role,
        String state,
        @Nullable Long pid,
        String address,
        String admin,
        boolean leads,
        String log,
        @Nullable String note) {

    public boolean isReady() {
        return state.equals("ready");
    }
}
