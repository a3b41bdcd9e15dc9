"""ONNX Runtime, as we use it: the one place that loads it, and makes sessions of it.

Since 1.29 its wheels report to Microsoft unless told not to before they are loaded: on any system
they name the machine (``~/.cache/Microsoft``), keep what is to be sent there, and send it (its
documentation, "Privacy"; pull request 27379). What it reports is of models and of this machine, not
of pictures; that somebody covers faces here is nobody's business all the same.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime  # reads that once, when it is loaded

# On Windows, where the system collects what programs report, it is asked for in this way.
onnxruntime.disable_telemetry_events()


def session(model: bytes, *, threads: int) -> onnxruntime.InferenceSession:
    """Return a session that runs a net on the processor.

    Args:
        model: in ONNX.
        threads: per picture; 0 lets the library choose.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Plans memory for one size of picture; ours have many, and pay for pages that they get anew.
    options.enable_mem_pattern = False
    options.log_severity_level = 3  # no warnings of weights named as inputs
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
