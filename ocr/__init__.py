"""Page image to text and marks: straight pixels (or a text layer) come in, ordered lines with boxes, seals and signature ink go out."""
